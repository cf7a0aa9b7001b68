/** A module whose bytes are known. */
export interface ModuleSource {
  /** Relative to the document. */
  url: string | URL;
  /** An integrity string with one digest. */
  integrity: string;
  /** Who else may find the module when this call stores it: '' (the default) for the same site, '*', or origins with spaces between them. */
  crossOriginStorage?: string;
}

/**
 * What `import(url, { with: { integrity, crossOriginStorage } })` is to do: takes the module from Cross-Origin Storage, or
 * downloads and stores it, and imports it. Rejects with a `DataError` or `TypeError` for wrong bytes, and as `import()`
 * does. A module that imports others, or asks for its own address, is stored and checked, and then loaded from its own
 * address, with its integrity (a browser that cannot check it then gets a `NotSupportedError`); what it imports is not
 * checked. What is imported again, by the same address and integrity, is the same module and does not run again, unless it
 * failed. For windows.
 */
export function cosImport<Module = any>(url: string | URL, options: Omit<ModuleSource, 'url'>): Promise<Module>;

/**
 * Lets static imports of these specifiers, in modules that are loaded after it has resolved, come from Cross-Origin Storage:
 * adds an import map to the document, with the nonce of the page's own scripts where they have one. Rejects with a
 * `NotSupportedError` where the page takes none: a Content-Security-Policy forbids it, or the browser allows no further map
 * once modules were loaded.
 */
export function cosImportMap(sources: Record<string, ModuleSource>): Promise<void>;
