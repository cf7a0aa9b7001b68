import { runJob } from './run.js';

self.onmessage = runJob;
