/**
 * @file The built-ins that shared/ uses, taken before a page can change them (see page/primordials.js, which has them too).
 * May be imported by shared/ only.
 */

export const { defineProperty } = Reflect;
export const { hasOwn } = Object;
