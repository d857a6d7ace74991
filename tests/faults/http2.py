"""HTTP/2 by hand (RFC 9113), just enough to misuse it: frames, and headers as HPACK literals."""

import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
CANCEL, ENHANCE_YOUR_CALM = 8, 11
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# grpc.health.v1: HealthCheckRequest{service: "live"}; HealthCheckResponse{status: SERVING}.
ASK_HEALTH = b"\0\0\0\0\x06\x0a\x04live"
SERVING = b"\0\0\0\0\x02\x08\x01"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _length(n):  # RFC 7541, section 5.1, prefix of 7 bits
    if n < 127:
        return bytes([n])
    out, n = b"\x7f", n - 127
    while n >= 128:
        out, n = out + bytes([n % 128 + 128]), n // 128
    return out + bytes([n])


def header(name, value):
    """A literal that is not indexed: RFC 7541, section 6.2.2."""
    return b"\0" + _length(len(name)) + name + _length(len(value)) + value


def request(path=b"/grpc.health.v1.Health/Check", more=b""):
    return (header(b":method", b"POST") + header(b":scheme", b"http") + header(b":path", path)
            + header(b":authority", b"test") + header(b"te", b"trailers")
            + header(b"content-type", b"application/grpc") + more)


def header_frames(stream, block, flags=0):
    """A block as HEADERS and as many CONTINUATIONs as it takes: frames have at most 16 KiB."""
    parts = [block[i:i + 16384] for i in range(0, len(block), 16384)]
    frames = []
    for i, part in enumerate(parts):
        last = END_HEADERS if i + 1 == len(parts) else 0
        frames.append(frame(CONTINUATION, last, stream, part) if i
                      else frame(HEADERS, flags | last, stream, part))
    return b"".join(frames)


class Connection:
    """One TCP connection on which HTTP/2 has begun. gRPC holds a client to its limits from the
    moment that the client acknowledges them: one with acknowledge=False never does."""

    def __init__(self, port, timeout=10, acknowledge=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        try:
            self.send(PREFACE + frame(SETTINGS, 0, 0))
            if acknowledge:
                self._acknowledge()
        except OSError:
            self.socket.close()
            raise

    def _acknowledge(self):
        if not any(kind == SETTINGS and not flags & ACK for kind, flags, _, _ in self.frames()):
            raise ConnectionResetError("closed at once")
        self.send(frame(SETTINGS, ACK, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def frames(self):
        """(kind, flags, stream, payload) until the other side closes. Raises when it is silent."""
        while True:
            while len(self.received) >= 9:
                size = int.from_bytes(self.received[:3], "big")
                if len(self.received) < 9 + size:
                    break
                kind, flags, stream = struct.unpack(">BBI", self.received[3:9])
                payload, self.received = self.received[9:9 + size], self.received[9 + size:]
                yield kind, flags, stream, payload
            try:
                got = self.socket.recv(1 << 16)
            except ConnectionError:
                return
            if not got:
                return
            self.received += got

    def is_served(self, stream=1, more=b""):
        """Whether a health check on this stream is answered SERVING."""
        self.send(header_frames(stream, request(more=more))
                  + frame(DATA, END_STREAM, stream, ASK_HEALTH))
        for kind, flags, of, payload in self.frames():
            if kind == DATA and of == stream:
                return payload == SERVING
            if kind == GOAWAY or (of == stream and (kind == RST_STREAM or flags & END_STREAM)):
                return False
        return False
