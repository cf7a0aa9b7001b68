// The same API in a worker, whose library of types is another.
import { cosFetch } from 'cross-origin-storage';

export async function read(value: string): Promise<ArrayBuffer | undefined> {
  const manager: CrossOriginStorageManager | undefined = self.navigator.crossOriginStorage;
  const handle = await manager?.getFileHandle({ algorithm: 'SHA-256', value });
  return (await handle?.getFile())?.arrayBuffer();
}

export const model: Promise<Response> = cosFetch('/model.onnx', { hash: '0'.repeat(64) });
