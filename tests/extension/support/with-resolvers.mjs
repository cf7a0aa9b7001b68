/** Promise.withResolvers() for versions of Node that have it not; browsers do. */
/** @type {any} */ (Promise).withResolvers ??= () => {
  /** @type {any} */
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
