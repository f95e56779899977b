"""A client of Python's websockets, led by lines of JSON on stdin; what happens to it is told on stdout."""

import asyncio
import base64
import json
import sys

import websockets


def tell(**event):
    print(json.dumps(event), flush=True)


async def obey(ws, commands):
    while line := await commands.readline():
        command = json.loads(line)
        match command["do"]:
            case "text":
                await ws.send(command["text"])
            case "binary":
                await ws.send(base64.b64decode(command["base64"]))
            case "fragments":
                await ws.send(command["pieces"])
            case "ping":
                pong = await ws.ping(command["payload"])
                await pong
                tell(type="pong", payload=command["payload"])
            case "close":
                await ws.close(command.get("code", 1000), command.get("reason", ""))


async def listen(ws):
    try:
        while True:
            message = await ws.recv()
            if isinstance(message, str):
                tell(type="text", text=message)
            else:
                tell(type="binary", base64=base64.b64encode(message).decode())
    except websockets.ConnectionClosed:
        await ws.wait_closed()
        tell(type="close", code=ws.close_code, reason=ws.close_reason)


async def main(url, subprotocols):
    commands = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    try:
        ws = await websockets.connect(url, subprotocols=subprotocols or None, max_size=None, ping_interval=None)
    except (websockets.InvalidHandshake, OSError) as error:
        tell(type="refused", reason=str(error))
        return
    tell(type="open", subprotocol=ws.subprotocol or "")
    obeying = asyncio.create_task(obey(ws, commands))
    await listen(ws)
    obeying.cancel()


asyncio.run(main(sys.argv[1], sys.argv[2:]))
