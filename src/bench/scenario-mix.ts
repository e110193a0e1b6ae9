/** Which scenario is next: each as often as its weight says, spread as evenly as whole turns allow (smooth weighted round-robin). */

export interface Weighted {
  readonly weight: number;
}

export const nextByWeight = <S extends Weighted>(scenarios: readonly S[]): (() => S) => {
  const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  const credit = scenarios.map(() => 0);
  return () => {
    let best = 0;
    for (let index = 0; index < scenarios.length; index++) {
      credit[index]! += scenarios[index]!.weight;
      if (credit[index]! > credit[best]!) best = index;
    }
    credit[best]! -= total;
    return scenarios[best]!;
  };
};
