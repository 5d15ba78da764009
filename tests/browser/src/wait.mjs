// Waiting for something to become true, with a deadline that names it.

/** The first value of `check` that is neither false nor null nor undefined; an error after `limit_ms`. */
export async function until(what, check, limit_ms = 10_000) {
  const end = Date.now() + limit_ms;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value !== false && value !== null && value !== undefined) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const why = last ? ` (${last.message})` : '';
      throw new Error(`waited ${limit_ms / 1000} s for ${what}${why}`);
    }
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}

/** `promise`, or an error after `limit_ms`. */
export async function within(what, promise, limit_ms = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit_ms / 1000} s for ${what}`)), limit_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Fails with `message` unless `condition`. */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Fails unless both are the same by value. */
export function same(actual, expected, what) {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}
