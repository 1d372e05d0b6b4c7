package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lblc.testing.Hellos;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientHelloTest {
  private static final int LIMIT = 32 << 10;
  private static final byte[] NAME = Hellos.serverName("Shard-1.DB.example.com");

  @Test
  void hello_ofTheJdk_hasItsServerName() throws Exception {
    assertThat(nameIn(Hellos.ofJdk("a.example.com"))).isEqualTo("a.example.com");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100, 16_384})
  void hello_overRecordsOfAnySize_hasItsServerNameInLowerCase(int recordBytes) {
    byte[] hello = Hellos.with(recordBytes, Hellos.padding(50), NAME, Hellos.padding(3));

    assertThat(nameIn(hello)).isEqualTo("shard-1.db.example.com");
  }

  @Test
  void hello_byteByByte_isDoneWithTheLastByteOfTheMessage() {
    byte[] hello = Hellos.with(1000, NAME);
    ClientHello parser = new ClientHello(LIMIT);

    for (int i = 0; i < hello.length - 1; i++) {
      assertThat(parser.feed(Unpooled.wrappedBuffer(hello, i, 1)))
          .as("byte %d", i)
          .isFalse();
      assertThat(parser.serverName()).isNull();
    }
    assertThat(parser.feed(Unpooled.wrappedBuffer(hello, hello.length - 1, 1))).isTrue();
    assertThat(parser.serverName()).isEqualTo("shard-1.db.example.com");
  }

  @Test
  void hello_with16KiBOfPadding_hasItsServerName() {
    assertThat(nameIn(Hellos.with(16_384, Hellos.padding(16 << 10), NAME)))
        .isEqualTo("shard-1.db.example.com");
  }

  @Test
  void hello_beyondTheLimit_isGivenUp() {
    byte[] hello = Hellos.with(16_384, Hellos.padding(LIMIT), NAME);
    ClientHello parser = new ClientHello(LIMIT);

    assertThat(parser.feed(Unpooled.wrappedBuffer(hello, 0, 9))).isTrue();
    assertThat(parser.serverName()).isNull();
  }

  @Test
  void hello_inRecordsOfOneByteBeyondTheLimit_isGivenUp() {
    byte[] hello = Hellos.with(1, Hellos.padding(8000), NAME);

    assertThat(hello).hasSizeGreaterThan(LIMIT);
    assertThat(nameIn(hello)).isNull();
  }

  @Test
  void hello_thatClaimsMoreThanIsThere_takesMemoryForWhatIsThere() {
    byte[] begun = Arrays.copyOf(Hellos.with(16_384, Hellos.padding(32_000)), 600);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) { // loading classes, at first, takes memory, too
      ByteBuf in = Unpooled.wrappedBuffer(begun);
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      ClientHello parser = new ClientHello(LIMIT);
      boolean isDone = parser.feed(in);
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      assertThat(isDone).isFalse();
      least = Math.min(least, after - before);
    }

    assertThat(least).isBetween(600L, 8L << 10);
  }

  @Test
  void bytes_thatAreNoHello_areGivenUpAsSoonAsThatIsCertain() {
    for (String text : List.of("GET / HTTP/1.1\r\n", "\u0080.\u0001\u0003\u0001", "*1\r\n")) {
      ClientHello parser = new ClientHello(LIMIT);
      byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(parser.feed(Unpooled.wrappedBuffer(octets, 0, 1))).as(text).isTrue();
    }
    assertThat(isDone(22, 2)).as("no TLS version").isTrue();
    assertThat(isDone(22, 3, 1, 0, 0)).as("empty record").isTrue();
    assertThat(isDone(22, 3, 1, 0x40, 1)).as("record too long").isTrue();
    assertThat(isDone(22, 3, 1, 0, 4, 2, 0, 0, 1)).as("another message").isTrue();
    assertThat(isDone(22, 3, 1, 0, 4, 1, 0, 0, 1)).as("a hello that goes on").isFalse();
    assertThat(isDone(22, 3, 1, 0, 4, 1, 0, 0, 0)).as("a hello of no length").isTrue();
    assertThat(isDone(22, 3, 1, 0, 5, 1, 0, 0, 1, 3)).as("a hello of one byte").isTrue();
  }

  @Test
  void hello_withoutAUsableName_hasNone() {
    assertThat(nameIn(Hellos.with(1000))).isNull();
    assertThat(nameIn(Hellos.with(1000, Hellos.padding(7)))).isNull();
    for (String bad : List.of("", ".a", "a b", "a\u0000b", "\u00e9.example", "a".repeat(254))) {
      assertThat(nameIn(Hellos.with(1000, Hellos.serverName(bad)))).as(bad).isNull();
    }
    assertThat(nameIn(Hellos.with(1000, new byte[] {0, 0, 0, 3, 0, 9, 0}))).isNull();
    assertThat(nameIn(Hellos.with(1000, new byte[] {0, 0, 0, 9, 0}))).isNull();
  }

  @Test
  void hello_withAFinalDot_namesTheSameServer() {
    assertThat(nameIn(Hellos.with(1000, Hellos.serverName("a_b.Example.com."))))
        .isEqualTo("a_b.example.com");
  }

  @Test
  void anyBytes_inPiecesOrWhole_giveTheSameAndNothingElseThanANameOrNone() {
    for (long seed = 1; seed <= 3000; seed++) {
      Random random = new Random(seed);
      byte[] hello = mutated(random);
      String whole = nameIn(hello);
      ClientHello parser = new ClientHello(LIMIT);
      boolean done = false;
      for (int at = 0; at < hello.length; ) {
        int length = Math.min(hello.length - at, 1 + random.nextInt(40));
        done = parser.feed(Unpooled.wrappedBuffer(hello, at, length));
        at += length;
      }
      assertThat(parser.serverName()).as("seed %d", seed).isEqualTo(whole);
      if (whole != null) {
        assertThat(whole).as("seed %d", seed).matches("[a-z0-9_-][a-z0-9._-]{0,252}");
        assertThat(done).as("seed %d", seed).isTrue();
      }
    }
  }

  /** A hello with some bytes changed, cut off or inserted; seldom none. */
  private static byte[] mutated(Random random) {
    byte[] hello = Hellos.with(
        1 + random.nextInt(200), Hellos.padding(random.nextInt(60)), NAME, Hellos.padding(5));
    int changes = random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(hello.length);
      switch (random.nextInt(3)) {
        case 0 -> hello[at] = (byte) random.nextInt(256);
        case 1 -> hello = Arrays.copyOf(hello, Math.max(1, at));
        default -> hello[at] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return hello;
  }

  private static boolean isDone(int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    return new ClientHello(LIMIT).feed(Unpooled.wrappedBuffer(bytes));
  }

  private static @Nullable String nameIn(byte[] bytes) {
    ClientHello parser = new ClientHello(LIMIT);
    parser.feed(Unpooled.wrappedBuffer(bytes));
    return parser.serverName();
  }
}
