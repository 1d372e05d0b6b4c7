package dev.lblc.gateway.route;

import io.netty.util.NetUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    byte[] octets = octets(address);
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

  /** Returns the octets of an address, 4 for an IPv4 address that is mapped into IPv6; null: not an address. */
  public static byte @Nullable [] octets(String address) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
    if (octets == null || octets.length == 4) {
      return octets;
    }
    for (int i = 0; i < 12; i++) {
      if (octets[i] != (i < 10 ? 0 : (byte) 0xff)) {
        return octets;
      }
    }
    return new byte[] {octets[12], octets[13], octets[14], octets[15]};
  }

  private static Block block(String peer) {
    int slash = peer.indexOf('/');
    byte[] network = octets(slash < 0 ? peer : peer.substring(0, slash));
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
