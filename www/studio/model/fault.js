// @ts-check
/**
 * The argument that an error is about, where its message names one: `Dense(units=…)`, `unknown field \`x\``,
 * `missing field \`units\``. Of several the first one named; of none the one with the value that is not liked.
 * @param {string} message @param {string[]} names @param {Record<string, any>} [config] the arguments given
 * @returns {string | null}
 */
export function faultyArgument(message, names, config = {}) {
  const places = names.map((name) => ({ name, at: message.search(new RegExp(`(?<![\\w])${name}(?=\\s*[=\`"…]|\\s+(?:must|is|should|of)\\b)`)) }))
    .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  if (places.length) return places[0].name;
  const [, disliked] = message.match(/invalid (?:type|value): \w+(?: point)? [`"]?(.*?)[`"]?, expected/) ?? [];
  return (disliked !== undefined && names.find((name) => String(config[name]) === disliked)) || null;
}
