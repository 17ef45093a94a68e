"""A real mail server for the tests: aiosmtpd, which tells what it took, one JSON line for each message.

What it does with a letter follows from its reader: `refused@` is nobody here, `later@` is told to come again the first time, `cut@`
has the connection broken in the middle of the letter.
"""
import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self):
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "refused":
            return "550 5.1.1 nobody of that name here"
        if who == "later" and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 come again in a minute"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(address.startswith("cut@") for address in envelope.rcpt_tos):
            server.transport.abort()
            return "250 OK"
        tell({"from": envelope.mail_from, "to": envelope.rcpt_tos, "data": envelope.content.decode("utf-8")})
        return "250 2.0.0 taken"


def tell(fact):
    print(json.dumps(fact), flush=True)


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.test", enable_SMTPUTF8=False), "127.0.0.1", 0)
    tell({"port": server.sockets[0].getsockname()[1]})
    # Whoever started it holds its input; when they are gone it goes.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
