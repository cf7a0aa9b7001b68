/** All pages of these tests. */
import { DOCUMENTS } from './pages/documents.mjs';
import { FRAMES } from './pages/frames.mjs';
import { FRAMEWORKS } from './pages/frameworks.mjs';
import { INTERACTION } from './pages/interaction.mjs';
import { LANGUAGE } from './pages/language.mjs';
import { NETWORK } from './pages/network.mjs';
import { SECURITY } from './pages/security.mjs';
import { STORAGE } from './pages/storage.mjs';
import { WORKERS } from './pages/workers.mjs';

export const PAGES = [...DOCUMENTS, ...SECURITY, ...FRAMES, ...LANGUAGE, ...WORKERS, ...STORAGE, ...NETWORK, ...FRAMEWORKS, ...INTERACTION];
