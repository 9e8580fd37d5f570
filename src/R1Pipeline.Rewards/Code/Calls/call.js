// Calls one function of the completion, once. The arguments are all that it gets; what is expected lies outside of this process.
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

function textOf(value, depth) {
    if (depth > 200) throw new TypeError('nested too deeply');
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'bigint') return value.toString();
    // What JSON cannot say (NaN, an infinity) stays unreadable: JSON.stringify would make it null.
    if (typeof value === 'number') return String(value);
    if (Array.isArray(value)) return '[' + Array.from(value, (one) => textOf(one, depth + 1)).join(',') + ']';
    if (value instanceof Set) return textOf(Array.from(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)), depth);
    const entries = value instanceof Map ? Array.from(value) : Object.prototype.toString.call(value) === '[object Object]' && Object.entries(value);
    if (!entries) throw new TypeError('a ' + typeof value + ' is no plain value');
    return '{' + entries.map(([key, one]) => JSON.stringify(String(key)) + ':' + textOf(one, depth + 1)).join(',') + '}';
}

async function main() {
    const request = JSON.parse(fs.readFileSync(0, 'utf8'));
    const file = path.join(__dirname, 'main.js');
    const names = request.call.split('.');
    const wrapped = '(function (exports, require, module, __filename, __dirname) {' + fs.readFileSync(file, 'utf8') + '\n;return typeof ' + names[0] + ' === "undefined" ? undefined : ' + names[0] + ';})';
    const own = { exports: {} };
    let target = vm.runInThisContext(wrapped, { filename: file }).call(own.exports, own.exports, require, own, file, __dirname);
    if (target === undefined) target = own.exports[names[0]];
    let holder;
    for (const name of names.slice(1)) {
        holder = typeof target === 'function' && !(name in target) ? new target() : target;
        target = holder[name];
    }
    const result = await target.apply(holder, request.args);
    fs.writeSync(1, '\n' + request.mark + textOf(result, 0) + '\n');
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
