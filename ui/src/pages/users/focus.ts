/** Lets the `/` key reach the search box of the page that has one. */
export const searchBox = { focus: (): void => undefined };
