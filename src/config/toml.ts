/** TOML, read by smol-toml. Decision 0036. */
export const parseToml = async (text: string): Promise<unknown> => {
  const { parse } = await import("smol-toml");
  return parse(text);
};
