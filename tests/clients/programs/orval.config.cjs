// baseUrl: the client asks for it at run time; urlEncodeParameters: without it a slash in an id changes the path.
module.exports = {
    client: {
        input: process.env.DOCUMENT,
        output: {
            target: 'client/client.ts',
            client: 'fetch',
            baseUrl: { runtime: "process.env.SERVER ?? ''" },
            urlEncodeParameters: true,
        },
    },
};
