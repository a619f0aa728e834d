"""
A pretended IAM Identity Center: the OIDC endpoint and the portal, on loopback.

moto has neither. The behaviour is AWS's: a token is asked for until the user has confirmed the
code (AuthorizationPendingException), a portal answers 401 to a token it does not know and 403 when
the role is not assigned.
"""

import http.server
import json
import threading
import time
import urllib.parse


class FakeSso:
    """state: what it knows; change it in a test. `seen` holds the paths that were asked for."""

    def __init__(self):
        self.tokens = {"good-token"}
        self.refresh_tokens = {"good-refresh"}
        self.assigned = True
        self.pending = 1  # so many times "not yet" before the user confirms
        self.refuse = None  # an error code instead of a token
        self.seen = []
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                fake.portal(self)

            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                fake.oidc(self, json.loads(self.rfile.read(length) or b"{}"))

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def send(self, handler, status, body, code=None):
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        if code:
            handler.send_header("x-amzn-ErrorType", code)
        handler.end_headers()
        handler.wfile.write(data)

    def fail(self, handler, status, code):
        self.send(handler, status, {"error": code, "message": code, "__type": code}, code)

    def portal(self, handler):
        path = urllib.parse.urlparse(handler.path)
        self.seen.append(path.path)
        if handler.headers.get("x-amz-sso_bearer_token") not in self.tokens:
            return self.fail(handler, 401, "UnauthorizedException")
        if not self.assigned:
            return self.fail(handler, 403, "ForbiddenException")
        keys = {
            "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "secretAccessKey": "not-a-secret",
            "sessionToken": "session",
            "expiration": int((time.time() + 3600) * 1000),
        }
        return self.send(handler, 200, {"roleCredentials": keys})

    def oidc(self, handler, body):
        self.seen.append(handler.path)
        if handler.path == "/client/register":
            self.registered = body
            return self.send(
                handler,
                200,
                {
                    "clientId": "client",
                    "clientSecret": "client-secret",
                    "clientIdIssuedAt": int(time.time()),
                    "clientSecretExpiresAt": int(time.time()) + 90 * 86400,
                },
            )
        if handler.path == "/device_authorization":
            return self.send(
                handler,
                200,
                {
                    "deviceCode": "device",
                    "userCode": "ABCD-EFGH",
                    "verificationUri": self.url,
                    "verificationUriComplete": f"{self.url}/?user_code=ABCD-EFGH",
                    "expiresIn": 600,
                    "interval": 1,
                },
            )
        return self.token(handler, body)

    def token(self, handler, body):
        if self.refuse:
            return self.fail(handler, 400, self.refuse)
        if body.get("grantType") == "refresh_token":
            if body.get("refreshToken") not in self.refresh_tokens:
                return self.fail(handler, 400, "InvalidGrantException")
        elif self.pending:
            self.pending -= 1
            return self.fail(handler, 400, "AuthorizationPendingException")
        self.tokens.add("new-token")
        answer = {
            "accessToken": "new-token",
            "tokenType": "Bearer",
            "expiresIn": 28800,
            "refreshToken": "new-refresh",
        }
        return self.send(handler, 200, answer)
