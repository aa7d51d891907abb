// Shows the document that describes the API, and sends requests from the page. No library, no other host.
const who = document.getElementById('who');
const list = document.getElementById('operations');

const answer = await fetch('/openapi/v1.json');
if (answer.ok) show(await answer.json());
else list.replaceChildren(element('p', {}, `The document cannot be read (${answer.status}).`));

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function show(openApi) {
  document.getElementById('about').textContent = openApi.info.description;
  const groups = new Map();
  for (const [path, methods] of Object.entries(openApi.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'Other';
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ path, method: method.toUpperCase(), operation, view: view(openApi, path, method.toUpperCase(), operation) });
    }
  }

  const render = () => {
    const wanted = who.elements.find.value.trim().toLowerCase();
    const parts = [];
    for (const [tag, operations] of groups) {
      const fitting = operations.filter(({ path, operation }) => `${path} ${operation.summary ?? ''}`.toLowerCase().includes(wanted));
      if (fitting.length > 0) parts.push(element('section', {}, element('h2', {}, tag), ...fitting.map(({ view }) => view)));
    }
    list.replaceChildren(...(parts.length > 0 ? parts : [element('p', {}, 'Nothing fits. Try a shorter word.')]));
  };
  who.addEventListener('submit', (event) => event.preventDefault());
  who.elements.find.addEventListener('input', render);
  render();
}

function view(openApi, path, method, operation) {
  const body = element('div');
  const details = element('details', {}, element('summary', {}, element('span', { className: 'method' }, method), element('span', { className: 'path' }, path), element('span', { className: 'words' }, operation.summary ?? '')), body);
  // Filled when it is opened: a hundred closed forms would only be in the way.
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0) fill(body, openApi, path, method, operation);
  });
  return details;
}

function fill(body, openApi, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(openApi, parameter)).filter((parameter) => parameter.in !== 'header');
  const content = operation.requestBody?.content ?? {};
  const type = Object.keys(content)[0];
  const form = element('form', { className: 'try' });
  for (const parameter of parameters) {
    form.append(element('label', {}, `${parameter.name}${parameter.required ? ' (required)' : ''} ${parameter.description ?? ''}`, element('input', { name: parameter.name, required: parameter.required === true })));
  }

  if (type) {
    const text = type.includes('json') ? JSON.stringify(example(openApi, content[type].schema), null, 2) : '';
    form.append(element('label', {}, `Body (${type})`, element('textarea', { name: 'body', value: text, spellcheck: false })));
  }

  const result = element('pre', { hidden: true, tabIndex: 0 });
  form.append(element('div', {}, element('button', { type: 'submit' }, 'Send')));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    result.hidden = false;
    result.textContent = '…';
    result.textContent = await send(path, method, parameters, form.elements, type);
  });

  const responses = element('dl');
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const media = Object.values(response.content ?? {})[0];
    const shape = status.startsWith('2') && media?.schema ? `\n${JSON.stringify(example(openApi, media.schema), null, 2)}` : '';
    responses.append(element('dt', {}, status), element('dd', {}, `${response.description ?? ''}${shape}`));
  }

  body.append(element('h3', {}, 'Try it'), form, result, element('h3', {}, 'Answers'), responses);
}

async function send(path, method, parameters, fields, type) {
  const query = new URLSearchParams();
  let address = path;
  for (const { name, in: place } of parameters) {
    const value = fields[name].value;
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') query.set(name, value);
  }

  const headers = { accept: 'application/json' };
  if (who.elements.token.value) headers.authorization = `Bearer ${who.elements.token.value}`;
  if (who.elements.tenant.value) headers['x-tenant-id'] = who.elements.tenant.value;
  if (method !== 'GET') headers['x-rowhouse-request'] = '1';
  if (type) headers['content-type'] = type;
  try {
    const response = await fetch(query.size > 0 ? `${address}?${query}` : address, { method, headers, body: type ? fields.body.value : undefined });
    const text = await response.text();
    return `${response.status} ${response.statusText}\n\n${pretty(text)}`;
  } catch (error) {
    return `The server cannot be reached: ${error.message}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function resolve(openApi, schema) {
  return schema.$ref ? schema.$ref.slice(2).split('/').reduce((node, part) => node[part], openApi) : schema;
}

// A value of the schema's shape, to begin with.
function example(openApi, given, depth = 0) {
  const schema = resolve(openApi, given ?? {});
  if (schema.enum) return schema.enum[0];
  const choice = (schema.oneOf ?? schema.anyOf)?.find((option) => option.type !== 'null');
  if (choice) return example(openApi, choice, depth);
  const type = Array.isArray(schema.type) ? schema.type.find((option) => option !== 'null') : schema.type;
  if (depth > 4) return null;
  if (type === 'object') return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, example(openApi, part, depth + 1)]));
  if (type === 'array') return [example(openApi, schema.items, depth + 1)];
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  return schema.format === 'uuid' ? '00000000-0000-0000-0000-000000000000' : 'text';
}
