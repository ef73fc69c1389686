/** @file A worker's sign of life: a lock of the worker's own name, which the browser lets go when the worker ends. */

/** What a worker posts once it holds the lock of its name. */
export interface LockHeld {
  readonly lockHeld: string;
}

/** In a worker: holds the lock for the rest of its life, and says so. Does nothing where there are no locks. */
export function holdLifeLock(): void {
  void navigator.locks?.request(self.name, () => {
    self.postMessage({ lockHeld: self.name } satisfies LockHeld);
    return new Promise(() => {});
  });
}
