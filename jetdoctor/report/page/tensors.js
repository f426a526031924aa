/* A tensor of the page's data is [name, element type, shape or null, what it is]. */
const NAME_OF = 0, CONSTANT = 1;

const BITS = {
  FLOAT: 32, DOUBLE: 64, FLOAT16: 16, BFLOAT16: 16, INT8: 8, UINT8: 8, INT16: 16, UINT16: 16, INT32: 32, UINT32: 32,
  INT64: 64, UINT64: 64, BOOL: 8, FLOAT8E4M3FN: 8, FLOAT8E5M2: 8, INT4: 4, UINT4: 4, FLOAT4E2M1: 4,
};

function shapeText(shape) {
  return shape === null ? "[?]" : `[${shape.map((size) => (size === null ? "?" : size)).join(", ")}]`;
}

function typeText(tensor) {
  return `${(tensor[1] || "?").toLowerCase()} ${shapeText(tensor[2])}`;
}

function elements(tensor) {
  if (tensor[2] === null || tensor[2].some((size) => typeof size !== "number")) return null;
  return tensor[2].reduce((product, size) => product * size, 1);
}

/** Bytes of a tensor; null when a size is open. */
function bytes(tensor) {
  const count = elements(tensor);
  return count === null || !BITS[tensor[1]] ? null : (count * BITS[tensor[1]]) / 8;
}

/** As the text says it: 10.7 MB. */
function sized(count) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${unit && count < 100 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}
