/**
 * Runs deliveries one after the other in the order they were submitted.
 *
 * A subscriber that changes the registry from inside a delivery submits another one, which waits until all
 * subscribers have received the first. Otherwise, subscribers behind the caller would see the second change before
 * the first.
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
