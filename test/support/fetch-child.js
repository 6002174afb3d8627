// Fetches for a process in another network: each message has an id, a URL and headers.
process.on('message', ({ id, url, headers }) => {
  globalThis
    .fetch(url, { headers })
    .then(async (response) => ({ id, status: response.status, text: await response.text() }))
    .catch((error) => ({ id, error: `${error.message}: ${error.cause?.message ?? ''}` }))
    .then((answer) => process.send(answer));
});
process.on('disconnect', () => process.exit());
