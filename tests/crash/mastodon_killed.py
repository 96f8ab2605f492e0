"""Mastodon's connector is killed (-9) again and again while posts are written, edited and deleted on the server; afterwards the archive is the platform.

usage: mastodon_killed.py BELLWETHER SERVER_SCRIPT FOLDER POSTS KILLS"""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
from mastodon_writers import platform, write
from source_host import Host

BINARY, SCRIPT, FOLDER, POSTS, KILLS = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])


def main():
    folder = os.path.join(FOLDER, "server")
    os.mkdir(folder)
    server = subprocess.Popen(["sh", SCRIPT, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    words = dict(word.split("=", 1) for word in server.stdout.readline().decode().split()[1:])
    port = int(words["url"].rsplit(":", 1)[1])
    chance = random.Random(7)
    host = Host([BINARY, "source", "run", "mastodon"], {"instance": words["url"], "transport": "auto"}, {"token": "token-us"}).start()
    host.subscribe()
    host.wait_live()
    began = time.monotonic()
    writers = write(port, POSTS)
    kills = by_sse = 0
    while any(writer.is_alive() for writer in writers) and kills < KILLS:
        # Spread over the posts, each at a moment of its own.
        while any(w.is_alive() for w in writers) and sum(w.done for w in writers) < POSTS * (kills + chance.random()) / (KILLS + 1):
            time.sleep(0.01)
        time.sleep(chance.random() * 0.2)
        host.kill()
        kills += 1
        host.config["transport"] = "sse" if kills % 2 else "auto"
        by_sse += kills % 2
        time.sleep(chance.choice([0, 0, 0.3]))
        host.start()
        host.subscribe()
    for writer in writers:
        writer.join()
    wrote = time.monotonic() - began
    wanted = platform(port)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with host.changed:
            have = {id: item["text"] for id, item in host.posts.items()}
        if have == wanted:
            break
        time.sleep(0.2)
    missing, more = wanted.keys() - have.keys(), have.keys() - wanted.keys()
    other = [id for id in wanted.keys() & have.keys() if wanted[id] != have[id]]
    print(f"# {sum(w.done for w in writers)} posts in {wrote:.0f} s, {sum(w.edits for w in writers)} edits, {sum(w.deletes for w in writers)} deletes, {kills} kills "
          f"({by_sse} of them followed by SSE), {len(wanted)} posts on the platform, {len(have)} here, {sum(host.count.values()) - len(host.count)} came more than once")
    print(f"{'ok' if not missing else 'not ok'} - nothing is missing{'' if not missing else ': ' + str(sorted(missing)[:5])}")
    print(f"{'ok' if not more else 'not ok'} - nothing is here that is not there{'' if not more else ': ' + str(sorted(more)[:5])}")
    print(f"{'ok' if not other else 'not ok'} - every text is the last one{'' if not other else ': ' + str([(wanted[i], have[i]) for i in other[:3]])}")
    print(f"{'ok' if kills == KILLS else 'not ok'} - it was killed {kills} times while posts came")
    gaps = [s for s in host.statuses if s["phase"] == "gap"]
    print(f"{'ok' if not gaps else 'not ok'} - no gap is claimed{'' if not gaps else ': ' + str(gaps)}")
    status = host.stop()
    print(f"{'ok' if status == 0 else 'not ok'} - it ends when told")
    server.stdin.close()
    server.wait(10)
    sys.exit(1 if missing or more or other or gaps or status or kills != KILLS else 0)


main()
