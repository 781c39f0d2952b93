"""Holds what the server answers against its own description.

Makes requests from the OpenAPI document, fitting ones and others, as a dancer of the demo: first
with whatever ids come to mind, then with those of an event and a match of hers. Ends with an
error where an answer is a server error, or not as described.

    SPOTLIGHT_URL=http://localhost:8080 python described.py [EXAMPLES]
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

SERVER = os.environ["SPOTLIGHT_URL"]
EXAMPLES = sys.argv[1] if len(sys.argv) > 1 else "20"
LOGIN = {"email": "anna@example.com", "password": "west-coast-swing"}
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
]


def ask(path, body=None, token=None):
    request = urllib.request.Request(SERVER + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def hold(token, name, operations):
    with tempfile.TemporaryDirectory() as directory:
        config = os.path.join(directory, "schemathesis.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(operations)
        command = [
            *("schemathesis", "--no-color", "--config-file", config, "run"),
            SERVER + "/api/openapi.json",
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", EXAMPLES),
            # Whoever signs out is a stranger everywhere else.
            *("--exclude-path", "/api/auth/logout"),
            *("--seed", "1", "--warnings", "off", "--generation-database", "none"),
        ]
        print(f"── {name}", flush=True)
        return subprocess.run(command, cwd=directory, check=False).returncode


def main():
    token = ask("/api/auth/token", LOGIN)["accessToken"]
    events = ask("/api/events", token=token)["items"]
    event = next(event["id"] for event in events if event["joined"])
    match = ask("/api/matches", token=token)["items"][0]
    ids = {
        "^/api/events/.id.": event,
        "^/api/matches/.id.": match["id"],
        "^/api/(users|ratings/user|ratings/stats)/.id.": match["partner"]["id"],
    }
    operations = "".join(
        f"[[operations]]\ninclude-path-regex = '{path}'\nparameters = {{ id = '{id}' }}\n"
        for path, id in ids.items()
    )
    runs = [("with any ids", ""), ("with ids of hers", operations)]
    failed = [name for name, operations in runs if hold(token, name, operations)]
    sys.exit(f"not as described: {', '.join(failed)}" if failed else 0)


main()
