"""The conformance kit's driver for WordPress, and for feeds of it: wordpress_driver.py SERVER_SCRIPT FOLDER wordpress | feeds."""
import json
import os
import re
import subprocess
import sys
import threading
import http.server
import socketserver

import kit_driver

script, folder, what = sys.argv[1:4]


class Front(http.server.BaseHTTPRequestHandler):
    """In front of the site, for a while: 429."""
    limited_until = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        import time
        import urllib.request
        left = Front.limited_until - time.monotonic()
        if left > 0:
            self.send_response(429)
            self.send_header("Retry-After", str(int(left) + 1))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "accept-encoding")}
        request = urllib.request.Request(Front.site + self.path, data=body or None, method=self.command, headers=headers)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        data = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_DELETE = do_GET


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # who asks may hang up


def begin(_):
    global server, facts, front, name
    os.makedirs(folder, exist_ok=True)
    server = subprocess.Popen(["sh", script, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    facts = dict(word.split("=", 1) for word in server.stdout.readline().split()[1:])
    Front.site = facts["url"]
    front = Server(("127.0.0.1", 0), Front)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{front.server_address[1]}"
    name = url.removeprefix("http://")
    config = os.path.join(folder, "site", "wp-config.php")
    text = open(config).read()
    open(config, "w").write(re.sub(r"define\('WP_(HOME|SITEURL)', '[^']*'\)", rf"define('WP_\1', '{url}')", text))
    import time
    time.sleep(2.5)  # PHP looks at its files every other second
    tool("eval", "wp_delete_comment(1, true); update_option('posts_per_rss', 1000);")
    if what == "wordpress":
        return {"config": {"site": url, "user": "admin", "poll_seconds": 1, "posts": False}, "secrets": {"password": facts["password"]}, "mode": "poll",
                "bad_secrets": {"password": "wrong"}, "target": {"id": f"{name}:post:1"}}
    return {"config": {"feeds": [url + "/feed/"], "least_minutes": 0, "most_minutes": 0, "pause_ms": 0}, "mode": "poll"}


def tool(*words):
    return subprocess.run(["sh", facts["tool"], *map(str, words)], check=True, capture_output=True, text=True).stdout


numbers = {}  # of native ids


def native(number):
    """A feed's entry is known by its guid, which WordPress gives a post for good when it is made."""
    id = f"{name}:comment:{number}" if what == "wordpress" else tool("eval", f"echo get_post({number})->guid;")
    numbers[id] = number
    return id


def number(asked):
    return int(numbers.get(asked["id"]) or re.search(r"\d+$", asked["id"]).group())


def post(asked):
    made = ("wp_insert_comment(array('comment_post_ID' => 1, 'comment_author' => 'Kit', 'comment_content' => \"comment $i\", 'comment_approved' => 1))"
            if what == "wordpress" else "wp_insert_post(array('post_title' => \"Post $i\", 'post_content' => 'words', 'post_status' => 'publish', 'post_author' => 1))")
    said = tool("eval", f"for ($i = 0; $i < {asked['count']}; $i++) echo {made}, ' ';")
    return {"ids": natives(said)}


def natives(said):
    if what == "wordpress":
        return [native(id) for id in said.split()]
    found = [line.split("|", 1) for line in tool("eval", f"foreach (array({','.join(said.split())}) as $id) echo $id, '|', get_post($id)->guid, \"\\n\";").splitlines()]
    numbers.update((guid, id) for id, guid in found)
    return [guid for _, guid in found]


def edit(asked):
    text = json.dumps(asked["text"]).replace("$", "\\$")
    tool("eval", f"wp_update_comment(array('comment_ID' => {number(asked)}, 'comment_content' => {text}));" if what == "wordpress"
         else f"wp_update_post(array('ID' => {number(asked)}, 'post_content' => {text}));")


def delete(asked):
    if what == "feeds":
        raise kit_driver.Cannot("a feed does not say what was deleted")
    tool("eval", f"wp_trash_comment({number(asked)});")


def limit(asked):
    import time
    Front.limited_until = time.monotonic() + asked["seconds"]


def everything(_):
    said = tool("eval", "foreach (get_comments(array('status' => 'approve', 'number' => 0)) as $c) echo $c->comment_ID, ' ';" if what == "wordpress"
                else "foreach (get_posts(array('numberposts' => -1)) as $p) echo $p->ID, ' ';")
    return {"ids": natives(said)}


def end(_):
    server.stdin.close()
    server.wait(20)
    subprocess.run(["rm", "-rf", folder], check=False)


kit_driver.serve({"begin": begin, "post": post, "edit": edit, "delete": delete, "limit": limit, "list": everything, "end": end})
