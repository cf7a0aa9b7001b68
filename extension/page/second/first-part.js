/**
 * @file What the first part gives the second. A build puts a line here that takes it from the function around the
 * second part. May be imported by page/second/main.js, and stands behind what a build puts for the built-ins.
 */

/** @type {import('../second-part.js').FirstPart} */
export const firstPart = /** @type {any} */ (undefined);
