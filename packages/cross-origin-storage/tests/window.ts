// What compiles, and what must not, in a window. Nothing here is run.
import { cosFetch, type CosFetchProgress } from 'cross-origin-storage';

const hash = { algorithm: 'SHA-256', value: '0'.repeat(64) };

export async function calls(manager: CrossOriginStorageManager): Promise<File> {
  await manager.getFileHandle(hash, { create: true, origins: '*' });
  await manager.getFileHandle({ algorithm: 'sha-512', value: '' }, { origins: ['https://a.example', 'https://b.example'] });
  await manager.getFileHandle(hash, { create: true, origins: new Set(['https://a.example']) });
  const older: FileSystemFileHandle = await manager.requestFileHandle(hash);
  const oldest: FileSystemFileHandle[] = await manager.requestFileHandles([hash, hash], { create: false });
  return (oldest[0] ?? older).getFile();
}

export async function refusals(manager: CrossOriginStorageManager): Promise<void> {
  // @ts-expect-error A hash is an object.
  await manager.getFileHandle('0'.repeat(64));
  // @ts-expect-error Both members are required.
  await manager.getFileHandle({ value: '0'.repeat(64) });
  // @ts-expect-error The name of a digest is a string.
  await manager.getFileHandle({ algorithm: 256, value: '' });
  // @ts-expect-error Origins are strings.
  await manager.getFileHandle(hash, { origins: [1] });
  // @ts-expect-error The interface has no constructor.
  new CrossOriginStorageManager();
  // @ts-expect-error The attribute is read-only.
  navigator.crossOriginStorage = manager;
}

export function absence(): boolean {
  // @ts-expect-error Not every browser has it.
  navigator.crossOriginStorage.getFileHandle(hash);
  return navigator.crossOriginStorage instanceof CrossOriginStorageManager;
}

export const declarative: RequestInit[] = [
  { integrity: 'sha256-', crossOriginStorage: '' },
  { integrity: 'sha256-', crossOriginStorage: ['https://a.example'] },
  { integrity: 'sha256-', crossOriginStorage: { origins: '*', contentType: 'application/wasm' } },
  // @ts-expect-error Neither a scope nor options.
  { integrity: 'sha256-', crossOriginStorage: true },
];

export async function helper(signal: AbortSignal): Promise<Response> {
  let last: CosFetchProgress | undefined;
  await cosFetch('/model.onnx', { hash: '0'.repeat(64) });
  await cosFetch(new URL('https://a.example/'), { hash, verify: false, headers: { accept: '*/*' } });
  // @ts-expect-error A file without a hash is a matter for fetch().
  await cosFetch('/model.onnx', {});
  // @ts-expect-error What is sent cannot be found by a hash.
  await cosFetch('/model.onnx', { hash, method: 'POST' });
  return cosFetch('/model.onnx', {
    hash: 'sha256-', origins: '*', contentType: 'application/wasm', signal,
    onprogress: (progress) => { last = progress; },
    onstored: (error) => console.log(last?.loaded, last?.total, error),
  });
}
