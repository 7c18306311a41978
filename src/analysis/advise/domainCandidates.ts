import { messageOf, UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import type { DomainSimilarity } from '../../features';
import {
  asBackboneData,
  type BackboneData,
  type BackboneName,
  type Domain,
  domains,
  domainWeights,
  loadBackbone,
} from '../../models';

/** Weights of a domain that cannot be compared, and why. */
export interface LeftOut {
  /** as in `models.domainWeights` */
  name: string;
  /** in prose */
  title: string;
  /** why they cannot be had, or do not fit the pictures, and what to do */
  reason: string;
}

/**
 * The weights of a domain that fit pictures of so many channels and can be had: they are downloaded and loaded once, so that a server that
 * does not answer, or answers with something else, keeps nothing else from being compared.
 */
export async function domainCandidates(
  domain: Domain,
  channels: number,
  listener: Listener,
): Promise<{ backbones: BackboneData[]; leftOut: LeftOut[] }> {
  const backbones: BackboneData[] = [];
  const leftOut: LeftOut[] = [];
  for (const weights of domainWeights.filter((each) => each.domain === domain)) {
    const { name, title, inputChannels } = weights;
    const taken = channelsFor(inputChannels, channels);
    if (taken === undefined) {
      leftOut.push({ name, title, reason: channelReason(inputChannels, channels) });
      continue;
    }
    const backbone = asBackboneData(weights, taken);
    try {
      (await loadBackbone(backbone, { listener })).model.dispose();
      backbones.push(backbone);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      leftOut.push({ name, title, reason: messageOf(error) });
    }
  }
  return { backbones, leftOut };
}

/** How many channels a network of so many gets from pictures: colours can be seen as grey, and grey as colours; bands are what they are. */
function channelsFor(own: number, pictures: number): number | undefined {
  if (own === pictures) return own;
  return own <= 3 && pictures <= 3 ? 1 : undefined;
}

const channelReason = (own: number, pictures: number): string =>
  own <= 3
    ? `it takes colours, and the pictures have ${pictures} channels: say which bands are red, green and blue (--bands) to compare it`
    : `it takes ${own} channels, and the pictures have ${pictures}: for pictures of these bands give --input-channels ${own}`;

/** How many channels pictures have for these backbones. */
export const channelsOf = (backbones: readonly (BackboneName | BackboneData)[]): number =>
  backbones.map((each) => (typeof each === 'string' ? 3 : (each.inputChannels ?? 3))).find((count) => count !== 3) ?? 3;

/**
 * A line about `--domain` for pictures that look unlike photos to a network, or have other channels.
 *
 * @param similarity what a network of photos found. Default: none was asked
 * @param channels of the pictures
 * @returns undefined for photos
 */
export function domainHint(similarity: DomainSimilarity | undefined, channels: number): string | undefined {
  const unlike = similarity?.verdict === 'different' || similarity?.verdict === 'far';
  if (!unlike && channels === 3) return undefined;
  const others = Object.entries(domains).filter(([name]) => name !== 'photos');
  const offers = others.map(([name, what]) => `${name} (${what})`);
  return `for pictures unlike photos there are weights of other domains; --domain NAME compares them, too: ${offers.join('; ')}`;
}
