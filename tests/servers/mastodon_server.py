"""Runs mastodon_mock on a free port of loopback, as mastodon.sh says; ends when its standard input does."""
import asyncio
import os
import socket
import sys
import threading

import uvicorn
from mastodon_mock.app import create_app
from mastodon_mock.config import (MastodonMockConfig, RateLimitConfig, SeedAccount, SeedConfig, SeedFollow, StreamingConfig)


def end_with_input():
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    folder = sys.argv[1]
    options = dict(word.split("=", 1) for word in sys.argv[2:])
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(options.get("port", 0))))
    listening.listen(128)
    port = listening.getsockname()[1]
    accounts = [
        SeedAccount(username="us", display_name="Us", access_token="token-us"),
        SeedAccount(username="writer", display_name="A writer", access_token="token-writer"),
        SeedAccount(username="stranger", display_name="A stranger", access_token="token-stranger"),
        SeedAccount(username="shy", display_name="Shy", note="<p>please no machines #<span>nobot</span></p>", access_token="token-shy"),
    ]
    config = MastodonMockConfig(
        domain=f"127.0.0.1:{port}",
        url_scheme="http",
        media_storage_path=os.path.join(folder, "media"),
        seed=SeedConfig(accounts=accounts, follows=[SeedFollow(follower="us", following="writer")]),
        streaming=StreamingConfig(enabled=options.get("streaming") != "off", heartbeat_seconds=2.0, queue_maxsize=20000),
        ratelimit=RateLimitConfig(enabled="limit" in options, limit=int(options.get("limit", 300)), window_seconds=int(options.get("window", 300))),
    )
    config.database.path = os.path.join(folder, "mastodon.sqlite")
    app = create_app(config)
    threading.Thread(target=end_with_input, daemon=True).start()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, access_log=False))

    async def ready():
        while not server.started:
            await asyncio.sleep(0.02)
        print(f"ready url=http://127.0.0.1:{port} token=token-us writer=token-writer stranger=token-stranger shy=token-shy", flush=True)

    async def serve():
        asyncio.get_running_loop().create_task(ready())
        await server.serve(sockets=[listening])

    asyncio.run(serve())


if __name__ == "__main__":
    main()
