/** The clients that call the API already, as published. */
import { transformers } from './transformers.mjs';
import { webllm } from './webllm.mjs';
import { wllama } from './wllama.mjs';

export const CLIENTS = [transformers, webllm, wllama];
