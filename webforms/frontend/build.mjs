// Builds webforms/static/dist and templates/_icons.html. Same sources, same bytes: a test rebuilds and compares.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const dist = resolve("../static/dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const result = await build({
  entryPoints: {
    theme: "src/theme.js",
    page: "src/page.js",
    htmx: "node_modules/htmx.org/dist/htmx.js",
    diagram: "src/diagram.js",
    difference: "src/difference.js",
    modeler: "src/modeler.js",
    tabler: "node_modules/@tabler/core/dist/css/tabler.css",
    app: "src/app.css",
  },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  alias: {
    // FEEL belongs to another engine; its editors would be a quarter of the modeler.
    "@bpmn-io/feel-editor": "./src/modeler/feel.js",
    "@bpmn-io/feelers-editor": "./src/modeler/feel.js",
  },
  loader: { ".woff": "dataurl", ".woff2": "dataurl", ".svg": "dataurl" },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

// Which packages are inside, and what their licences say.
const packages = new Map();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) packages.set(found[1], join("node_modules", found[1]));
}
packages.set("@tabler/icons", "node_modules/@tabler/icons");
const notices = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, folder]) => {
  const { version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const words = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${license}. Author: ${author?.name ?? author ?? "see the package"}.`;
  return `${name} ${version} (${license ?? "see below"})\n\n${words.replaceAll("\r\n", "\n")}\n`;
});
writeFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), notices.join(`\n${"=".repeat(78)}\n\n`));

const names = readFileSync("src/icons.txt", "utf8").split("\n").filter(Boolean);
const icons = names.map((name) => {
  const svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
  const shapes = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>")).split("\n")
    .map((line) => line.trim()).filter((line) => line && !line.includes('stroke="none"')).join("");
  return `  "${name}": '${shapes}',`;
});
writeFileSync(resolve("../templates/_icons.html"), `{#- Made by frontend/build.mjs from @tabler/icons (MIT); the names are in frontend/src/icons.txt. -#}
{%- set shapes = {
${icons.join("\n")}
} -%}
{%- macro icon(name, class="") -%}
<svg class="icon {{ class }}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{{ shapes[name]|safe }}</svg>
{%- endmacro %}
`);

const manifest = {};
for (const name of readdirSync(dist).filter((entry) => entry !== "manifest.json").sort()) {
  manifest[name] = createHash("sha256").update(readFileSync(join(dist, name))).digest("hex").slice(0, 12);
}
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
if (!existsSync(join(dist, "diagram.css"))) throw new Error("the viewer's style sheet is missing");
