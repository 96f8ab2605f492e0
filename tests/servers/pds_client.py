"""What tests ask of a real PDS: accounts, posts in bulk, deletes, and what it holds in the end. On the command line:

    pds_client.py URL account NAME                 -> DID, then its access token
    pds_client.py URL posts NAME COUNT [WORDS]     writes posts 200 at a time
    pds_client.py URL list NAME                    -> at-uris of all its posts
    pds_client.py URL delete NAME RKEY | erase NAME (the account, by its server) | takedown NAME
"""
import base64
import json
import sys
import time
import urllib.error
import urllib.request

PASSWORD = "password-of-a-test"
POST = "app.bsky.feed.post"


class Pds:
    def __init__(self, url, admin="admin-pass"):
        self.url, self.admin = url, admin

    def call(self, name, body=None, token=None, query="", basic=None):
        headers = {"content-type": "application/json"} if body is not None else {}
        if token:
            headers["authorization"] = f"Bearer {token}"
        if basic:
            headers["authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/xrpc/{name}{query}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            raise RuntimeError(f"{name}: {refusal.code} {refusal.read()[:300]}") from None

    def account(self, name):
        """A new account, or a session of the one that is there."""
        handle = f"{name}.test"
        try:
            return self.call("com.atproto.server.createAccount", {"handle": handle, "email": f"{name}@mail.test", "password": PASSWORD})
        except RuntimeError:
            return self.call("com.atproto.server.createSession", {"identifier": handle, "password": PASSWORD})

    def posts(self, session, texts, size=200):
        """Many at once; their at-uris."""
        uris = []
        for at in range(0, len(texts), size):
            writes = [{"$type": "com.atproto.repo.applyWrites#create", "collection": POST,
                       "value": {"$type": POST, "text": text, "createdAt": now()}} for text in texts[at:at + size]]
            done = self.call("com.atproto.repo.applyWrites", {"repo": session["did"], "writes": writes}, session["accessJwt"])
            uris += [result["uri"] for result in done["results"]]
        return uris

    def post(self, session, text, **more):
        return self.call("com.atproto.repo.createRecord", {"repo": session["did"], "collection": POST,
                                                           "record": {"$type": POST, "text": text, "createdAt": now(), **more}}, session["accessJwt"])

    def delete(self, session, rkey):
        self.call("com.atproto.repo.deleteRecord", {"repo": session["did"], "collection": POST, "rkey": rkey}, session["accessJwt"])

    def records(self, did, collection=POST):
        """All of an account's, as the platform has them."""
        found, cursor = [], ""
        while True:
            page = self.call("com.atproto.repo.listRecords", query=f"?repo={did}&collection={collection}&limit=100{cursor}")
            found += page["records"]
            if not page.get("cursor") or not page["records"]:
                return found
            cursor = "&cursor=" + page["cursor"]

    def erase(self, did):
        self.call("com.atproto.admin.deleteAccount", {"did": did}, basic=f"admin:{self.admin}")

    def takedown(self, did):
        self.call("com.atproto.admin.updateSubjectStatus", {"subject": {"$type": "com.atproto.admin.defs#repoRef", "did": did},
                                                            "takedown": {"applied": True}}, basic=f"admin:{self.admin}")


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) + f"{int(time.time() * 1000) % 1000:03d}Z"


def main():
    url, what, name, *words = sys.argv[1:]
    pds = Pds(url)
    session = pds.account(name)
    if what == "account":
        print(session["did"], session["accessJwt"])
    elif what == "posts":
        text = " ".join(words[1:]) or "the ferry was late again"
        print("\n".join(pds.posts(session, [f"{text} {number}" for number in range(int(words[0]))])))
    elif what == "list":
        print("\n".join(record["uri"] for record in pds.records(session["did"])))
    elif what == "delete":
        pds.delete(session, words[0])
    elif what == "erase":
        pds.erase(session["did"])
    elif what == "takedown":
        pds.takedown(session["did"])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
