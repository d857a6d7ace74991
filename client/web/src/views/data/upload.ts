// Bringing a file to the server piece by piece; where the connection breaks, it goes on where it was. No DOM.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { type Dataset, type UploadSpec, UploadSpecSchema } from "../../../gen/thalweg/v1/dataset_pb";
import { problemOf } from "../../wire/problem";
import { crc32c } from "./crc32c";

export const kPieceBytes = 2 ** 20;
const kTries = 8; // one after the other without a byte getting through
const kFirstWaitMs = 250;
const kLastWaitMs = 8_000;

/** The part of the dataset service that is asked. */
export interface UploadService {
  startUpload(request: { spec: UploadSpec }, options?: Options): Promise<{ upload?: { name: string; received: bigint } }>;
  writeUpload(
    request: { name: string; offset: bigint; data: Uint8Array; crc32c: number },
    options?: Options,
  ): Promise<{ upload?: { received: bigint } }>;
  getUpload(request: { name: string }, options?: Options): Promise<{ upload?: { received: bigint } }>;
  finishUpload(request: { name: string }, options?: Options): Promise<{ dataset?: Dataset; existed: boolean }>;
  cancelUpload(request: { name: string }): Promise<unknown>;
}
interface Options {
  signal?: AbortSignal;
}

export interface UploadOptions {
  /** Told how many bytes have arrived. */
  onProgress?: (received: number) => void;
  /** Told when the connection is lost, and when it is there again. */
  onWaiting?: (waiting: boolean) => void;
  signal?: AbortSignal;
  /** Waits between tries; for tests. */
  wait?: (ms: number) => Promise<void>;
}

/** Failures that trying again may mend; the checksum's too. */
function isPassing(error: unknown): boolean {
  const { passing, code } = problemOf(error);
  return passing || code === Code.DataLoss || code === Code.OutOfRange;
}

const pause = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));

/** The dataset that `file` is; throws what the server says of it. */
export async function upload(
  service: UploadService,
  file: Blob,
  spec: MessageInitShape<typeof UploadSpecSchema>,
  { onProgress, onWaiting, signal, wait = pause }: UploadOptions = {},
): Promise<{ dataset: Dataset; existed: boolean }> {
  const options: Options = signal ? { signal } : {};
  const started = await service.startUpload({ spec: create(UploadSpecSchema, { ...spec, size: BigInt(file.size) }) }, options);
  const name = started.upload?.name ?? "";
  let received = Number(started.upload?.received ?? 0);
  let failures = 0;
  let lost = false;
  try {
    while (received < file.size) {
      try {
        if (lost) received = Number((await service.getUpload({ name }, options)).upload?.received ?? 0);
        const data = new Uint8Array(await file.slice(received, received + kPieceBytes).arrayBuffer());
        if (data.length > 0) {
          const request = { name, offset: BigInt(received), data, crc32c: crc32c(data) };
          received = Number((await service.writeUpload(request, options)).upload?.received ?? received + data.length);
        }
        if (lost) onWaiting?.(false);
        lost = false;
        failures = 0;
        onProgress?.(received);
      } catch (error) {
        if (signal?.aborted || !isPassing(error) || ++failures > kTries) throw error;
        lost = true;
        onWaiting?.(true);
        await wait(Math.min(kFirstWaitMs * 2 ** (failures - 1), kLastWaitMs));
      }
    }
    const { dataset, existed } = await service.finishUpload({ name }, options);
    return { dataset: dataset as Dataset, existed };
  } catch (error) {
    void service.cancelUpload({ name }).catch(() => undefined);
    throw error;
  }
}
