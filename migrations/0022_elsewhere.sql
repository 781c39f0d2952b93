-- Where else a dancer is found.
ALTER TABLE read.users ADD COLUMN social_links jsonb NOT NULL DEFAULT '[]';
ALTER TABLE read.users ADD COLUMN wsdc_number integer;
