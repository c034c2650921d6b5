"""Writes into a bucket, with requests signed as AWS wants it (Signature Version 4)."""
import datetime
import hashlib
import hmac
import http.client
import os
import subprocess
import urllib.parse

from daemon import ROOT

SERVICE = ROOT / "tests/services/s3/run"
ACCESS_KEY, SECRET_KEY = "test:tester", "testing"


def signature(method, path, query, headers, names, scope, secret):
    """Of a request, whose path and query are encoded; `names` of its headers (in lower case) are signed."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names.split(";"))
    query = "&".join(sorted(query.split("&")))
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{headers['x-amz-content-sha256']}"
    text = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


class Store:
    """The server of tests/services/s3: that in FRESHET_S3, or one of its own in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.address = subprocess.run([SERVICE, "start", folder], stdout=subprocess.PIPE, text=True,
                                      check=True).stdout.strip()
        self.url = "http://" + self.address

    def end(self, command="clean"):
        subprocess.run([SERVICE, command, self.folder], check=True)

    def start(self):
        subprocess.run([SERVICE, "start", self.folder], stdout=subprocess.DEVNULL, check=True)

    def ask(self, method, path, body=b""):
        when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{when[:8]}/us-east-1/s3/aws4_request"
        path = urllib.parse.quote(path)
        payload = hashlib.sha256(body).hexdigest()
        headers = {"host": self.address, "x-amz-content-sha256": payload, "x-amz-date": when}
        names = ";".join(sorted(headers))
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, "
                                    f"Signature={signature(method, path, '', headers, names, scope, SECRET_KEY)}")
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status >= 300:
                raise AssertionError(f"{method} {path}: {answer.status} {said!r}")
            return answer
        finally:
            connection.close()

    def make(self, bucket):
        self.ask("PUT", f"/{bucket}")
        return bucket

    def put(self, bucket, key, text):
        self.ask("PUT", f"/{bucket}/{key}", text if isinstance(text, bytes) else text.encode())

    def delete(self, bucket, key):
        self.ask("DELETE", f"/{bucket}/{key}")


def folder():
    """Where the server is, and whether it was there already."""
    return os.environ.get("FRESHET_S3")
