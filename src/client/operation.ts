/**
 * A GraphQL operation as text that knows the types of its answer and of its variables. What GraphQL Code Generator writes with
 * `documentMode: 'string'` is one too.
 */
export type Operation<Answer, Variables> = string & { __apiType?: (variables: Variables) => Answer };
