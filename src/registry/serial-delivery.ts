/**
 * Runs deliveries one after the other in the order they were handed in.
 *
 * A subscriber that changes the registry from inside a delivery hands in another one: it waits until everybody has seen
 * the first. Without this, subscribers behind the caller would see the second change before the first.
 */
export function createSerialDelivery(): (delivery: () => void) => void {
  const queue: (() => void)[] = [];
  let isDraining = false;
  return (delivery) => {
    queue.push(delivery);
    if (isDraining) return;
    isDraining = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next();
    } finally {
      isDraining = false;
    }
  };
}
