package dev.lblc.gateway.route;

import java.util.List;

/** A set of IP addresses, made of addresses and CIDR blocks. Immutable. */
public final class AddressBlocks {
  private static final class Block {
    private final byte[] network;
    private final int bits;

    Block(byte[] network, int bits) {
      this.network = network;
      this.bits = bits;
    }

    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      int whole = bits / 8;
      for (int i = 0; i < whole; i++) {
        if (address[i] != network[i]) {
          return false;
        }
      }
      int rest = bits % 8;
      return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
    }
  }

  private final Block[] blocks;

  private AddressBlocks(Block[] blocks) {
    this.blocks = blocks;
  }

  /**
   * Returns the set of these addresses and CIDR blocks.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static AddressBlocks compile(List<String> blocks) {
    return new AddressBlocks(blocks.stream().map(AddressBlocks::block).toArray(Block[]::new));
  }

  /** Returns whether the set is empty. */
  public boolean isEmpty() {
    return blocks.length == 0;
  }

  /** Returns whether the set contains an address, given as text. */
  public boolean contains(String address) {
    if (blocks.length == 0) {
      return false;
    }
    byte[] octets = IpAddress.octets(address);
    return octets != null && containsOctets(octets);
  }

  private boolean containsOctets(byte[] octets) {
    for (Block block : blocks) {
      if (block.contains(octets)) {
        return true;
      }
    }
    return false;
  }

  private static Block block(String peer) {
    int slash = peer.indexOf('/');
    byte[] network = IpAddress.octets(slash < 0 ? peer : peer.substring(0, slash));
    if (network != null) {
      int all = network.length * 8;
      int bits = slash < 0 ? all : bits(peer.substring(slash + 1));
      if (bits >= 0 && bits <= all) {
        return new Block(network, bits);
      }
    }
    throw new IllegalArgumentException(peer + " (expected: an address or a CIDR block)");
  }

  private static int bits(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
