-- Each node asks every second which sessions were ended lately, be it on another node.
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
