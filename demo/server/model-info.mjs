/** What a model hub says about a model: its task, and the hashes of its large files. */

/** Kinds of model that Transformers.js loads with a pipeline and that the demo can simply load. */
const TASKS = new Set([
  'automatic-speech-recognition', 'audio-classification', 'feature-extraction', 'fill-mask', 'image-classification',
  'image-segmentation', 'image-to-text', 'object-detection', 'depth-estimation', 'question-answering', 'summarization',
  'text-classification', 'text-generation', 'text2text-generation', 'token-classification', 'translation',
  'zero-shot-classification', 'zero-shot-image-classification',
]);

/**
 * @param {string} hub
 * @param {string} id
 * @returns {Promise<{task: string | null, large: Map<string, {sha256: string, size: number}>}>} `large`: by path
 */
export async function describeModel(hub, id) {
  const [about, tree] = await Promise.all([ask(hub, `/api/models/${id}`), ask(hub, `/api/models/${id}/tree/main?recursive=true`)]);
  const tag = about.pipeline_tag === 'sentence-similarity' ? 'feature-extraction' : about.pipeline_tag;
  return {
    task: TASKS.has(tag) ? tag : null,
    large: new Map(tree.filter((/** @type {any} */ file) => /^[0-9a-f]{64}$/.test(file.lfs?.oid))
      .map((/** @type {any} */ file) => [file.path, { sha256: file.lfs.oid, size: Number(file.lfs.size ?? file.size ?? 0) }])),
  };
}

/** @param {string} hub @param {string} path */
async function ask(hub, path) {
  let response;
  try {
    response = await fetch(new URL(`.${path}`, hub.endsWith('/') ? hub : `${hub}/`), { signal: AbortSignal.timeout(15_000) });
  } catch (error) {
    const reason = /** @type {any} */ (error)?.cause?.code ?? /** @type {Error} */ (error).message;
    throw new Error(`The model hub ${hub} cannot be reached from here (${reason}). Without --model the demo needs no network.`);
  }
  if (response.status === 404 || response.status === 401) throw new Error(`${hub} has no public model of this name.`);
  if (!response.ok) throw new Error(`${hub} answered ${response.status} for ${path}.`);
  return response.json();
}
