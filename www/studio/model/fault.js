// @ts-check
/**
 * The argument that an error is about, where its message names one: `Dense(units=…)`, `unknown field \`x\``,
 * `missing field \`units\``. Of several the first one named.
 * @param {string} message @param {string[]} names
 * @returns {string | null}
 */
export function faultyArgument(message, names) {
  const places = names.map((name) => ({ name, at: message.search(new RegExp(`(?<![\\w])${name}(?=\\s*[=\`"…]|\\s+(?:must|is|should|of)\\b)`)) }))
    .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  return places[0]?.name ?? null;
}
