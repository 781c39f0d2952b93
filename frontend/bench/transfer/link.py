"""A link between two network namespaces: each packet arrives so many milliseconds later, or is lost.

    python3 link.py NAME_A NAME_B DELAY_MS LOSS

Makes two TUN devices of these names, says "ready", and carries packets between them until it is told to
stop. The devices may be moved into namespaces meanwhile, and go when this program does. There is no limit
to how much is under way, and hardly one to the rate: that is for `tc` to give, on the devices themselves.
"""

import collections
import errno
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
# Packets as they are, without a header of the driver's own.
IFF_NO_PI = 0x1000
LARGEST_PACKET = 65_535
# At most so many packets are taken from one side before the other gets its turn.
AT_ONCE = 64
# A browser's UDP socket holds some fifty packets, and no real link delivers more than that in one instant:
# packets leave 50 µs apart, which is 24 MB/s of packets as large as a data channel's.
SPACING = 0.000_05


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def take(device, under_way, delay, loss):
    """Puts what has come onto the way."""
    for _ in range(AT_ONCE):
        try:
            packet = os.read(device, LARGEST_PACKET)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in (errno.EIO, errno.EBADFD):
                return  # the device is down
            raise
        if not loss or random.random() >= loss:
            earliest = under_way[-1][0] + SPACING if under_way else 0
            under_way.append((max(time.monotonic() + delay, earliest), packet))


def deliver(device, under_way):
    now = time.monotonic()
    for _ in range(AT_ONCE // 4):
        if not under_way or under_way[0][0] > now:
            return
        _, packet = under_way.popleft()
        try:
            os.write(device, packet)
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN, errno.ENOBUFS, errno.EBADFD):
                raise  # down or full, it is a packet lost


def main():
    name_a, name_b, milliseconds, loss = sys.argv[1:]
    delay, loss = float(milliseconds) / 1000, float(loss)
    os.nice(-10)  # a link does not wait for processors
    a, b = open_tun(name_a), open_tun(name_b)
    ways = [(a, b, collections.deque()), (b, a, collections.deque())]
    poll = select.epoll()
    for device in (a, b):
        poll.register(device, select.EPOLLIN)
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        due = [under_way[0][0] for _, _, under_way in ways if under_way]
        ready = dict(poll.poll(max(0, min(due) - now) if due else None))
        if any(event & select.EPOLLERR for event in ready.values()):
            time.sleep(0.01)  # a device that is down is always "ready"
        for source, target, under_way in ways:
            if source in ready:
                take(source, under_way, delay, loss)
            deliver(target, under_way)


main()
