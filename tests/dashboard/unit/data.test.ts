// Tables: uploads that break and go on, and the pictures of columns.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ColumnSchema, ColumnType, DatasetSchema } from "../../../client/web/gen/thalweg/v1/dataset_pb";
import { crc32c } from "../../../client/web/src/views/data/crc32c";
import { bytesText, cellText } from "../../../client/web/src/views/data/data_text";
import { histogram } from "../../../client/web/src/views/data/histogram";
import { kPieceBytes, upload, type UploadService } from "../../../client/web/src/views/data/upload";

/** A server that keeps what it is sent; `fail` may throw before or after a piece is taken. */
class FakeServer implements UploadService {
  bytes = new Uint8Array(0);
  writes = 0;
  cancelled = false;
  finishes: () => void = () => {};
  before: (write: number) => void = () => {};
  after: (write: number) => void = () => {};

  private get received() {
    return { upload: { name: "uploads/u", received: BigInt(this.bytes.length) } };
  }
  startUpload = async () => this.received;
  getUpload = async () => this.received;
  writeUpload: UploadService["writeUpload"] = async ({ offset, data, crc32c: sum }) => {
    this.before(++this.writes);
    assert.equal(Number(offset), this.bytes.length, "goes on where it was");
    assert.equal(sum, crc32c(data));
    const grown = new Uint8Array(this.bytes.length + data.length);
    grown.set(this.bytes);
    grown.set(data, this.bytes.length);
    this.bytes = grown;
    this.after(this.writes);
    return this.received;
  };
  finishUpload = async () => {
    this.finishes();
    return { dataset: create(DatasetSchema, { name: "datasets/s1" }), existed: false };
  };
  cancelUpload = async () => {
    this.cancelled = true;
  };
}

const kFile = new Uint8Array(2.5 * kPieceBytes).map((_, i) => (i * 31) % 251);
const lost = () => new ConnectError("gone", Code.Unavailable);
const atOnce = async () => {};

describe("An upload", () => {
  it("sends pieces of 1 MiB with their checksums, and says how far it is", async () => {
    const server = new FakeServer();
    const seen: number[] = [];
    const { dataset } = await upload(server, new Blob([kFile]), {}, { onProgress: (received) => seen.push(received) });
    assert.deepEqual(server.bytes, kFile);
    assert.deepEqual(seen, [kPieceBytes, 2 * kPieceBytes, kFile.length]);
    assert.equal(dataset.name, "datasets/s1");
  });

  it("goes on where it was when the connection breaks, whether or not the piece had arrived", async () => {
    for (const when of ["before", "after"] as const) {
      const server = new FakeServer();
      const waits: boolean[] = [];
      server[when] = (write) => {
        if (write === 2) throw lost();
      };
      await upload(server, new Blob([kFile]), {}, { wait: atOnce, onWaiting: (waiting) => waits.push(waiting) });
      assert.deepEqual(server.bytes, kFile, when);
      assert.deepEqual(waits, [true, false]);
    }
  });

  it("sends a piece again that arrived damaged", async () => {
    const server = new FakeServer();
    server.before = (write) => {
      if (write === 1) throw new ConnectError("checksum", Code.DataLoss);
    };
    await upload(server, new Blob([kFile]), {}, { wait: atOnce });
    assert.deepEqual(server.bytes, kFile);
  });

  it("gives up after a while, and has the server forget what it got", async () => {
    const server = new FakeServer();
    server.before = () => {
      throw lost();
    };
    await assert.rejects(upload(server, new Blob([kFile]), {}, { wait: atOnce }), /gone/);
    assert.ok(server.cancelled);
    assert.equal(server.writes, 9);
  });

  it("does not try again what the server refuses", async () => {
    const server = new FakeServer();
    server.finishes = () => {
      throw new ConnectError('row 3, column "age": "x" is not a number', Code.InvalidArgument);
    };
    await assert.rejects(upload(server, new Blob(["a\n"]), {}, { wait: atOnce }), /row 3, column "age"/);
    server.before = () => {
      throw new ConnectError("full", Code.ResourceExhausted);
    };
    server.writes = 0;
    server.bytes = new Uint8Array(0);
    await assert.rejects(upload(server, new Blob(["a\n"]), {}, { wait: atOnce }), /full/);
    assert.equal(server.writes, 1);
  });

  it("of an empty file asks the server, which says what is wrong with it", async () => {
    const server = new FakeServer();
    await upload(server, new Blob([]), {});
    assert.equal(server.writes, 0);
  });
});

describe("CRC-32C", () => {
  it("has the check value of the catalogue of CRCs", () => {
    assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(0)), 0);
  });
});

describe("A histogram", () => {
  it("counts every number once, the greatest too, and no NaN", () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const { edges, counts } = histogram([...values, NaN, Infinity])!;
    assert.equal(counts.reduce((a, b) => a + b), 1000);
    assert.equal(edges.length, counts.length + 1);
    assert.deepEqual([edges[0], edges.at(-1)], [Math.min(...values), Math.max(...values)]);
  });

  it("gives few whole numbers a bin each", () => {
    assert.deepEqual(histogram([1, 3, 3, 1, 1]), { edges: [0.5, 1.5, 2.5, 3.5], counts: [3, 0, 2] });
  });

  it("of one value has one bin, of none there is none", () => {
    assert.deepEqual(histogram([0.25, 0.25])?.counts, [2]);
    assert.equal(histogram([NaN]), undefined);
  });
});

describe("Cells and sizes in words", () => {
  it("show a category by its text, a number as it is, and nothing for no value", () => {
    const species = create(ColumnSchema, { type: ColumnType.CATEGORY, categories: ["setosa", "virginica"] });
    assert.deepEqual([0, 1, NaN].map((value) => cellText(species, value)), ["setosa", "virginica", ""]);
    assert.equal(cellText(create(ColumnSchema, { type: ColumnType.NUMBER }), -0.5), "−0.5");
  });

  it("have units of a thousand", () => {
    assert.deepEqual([0, 999, 1000, 2_500_000].map(bytesText), ["0 B", "999 B", "1 kB", "2.5 MB"]);
  });
});
