/** @file Adds the panel to the developer tools. */

import { text } from './text.js';

// From the extension's root, not from here.
chrome.devtools.panels.create(text('panelTitle'), 'icons/16.png', 'ui/panel.html');
