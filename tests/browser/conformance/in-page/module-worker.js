import './classic-worker.js';
