package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class ReadSizesTest {
  private final ReadSizes sizes = new ReadSizes();

  @Test
  void guess_ofASocketThatFillsItsBuffers_growsTo512KiB() {
    ExtendedHandle handle = sizes.newHandle();
    for (int i = 0; i < 20; i++) {
      read(handle, handle.guess());
    }
    assertThat(handle.guess()).isEqualTo(512 << 10);
  }

  @Test
  void guess_ofASocketWithShortMessages_shrinksTo1KiB() {
    ExtendedHandle handle = sizes.newHandle();
    for (int i = 0; i < 20; i++) {
      read(handle, 100);
    }
    assertThat(handle.guess()).isEqualTo(1 << 10);
  }

  @Test
  void guess_afterOneShortMessage_staysAsItIs() {
    ExtendedHandle handle = sizes.newHandle();
    read(handle, handle.guess());
    int before = handle.guess();
    read(handle, 1);
    read(handle, before / 2);
    read(handle, 1);
    assertThat(handle.guess()).isEqualTo(before);
  }

  @Test
  void guess_whileMuchWaits_isSmallUntilItIsTaken() {
    ExtendedHandle handle = sizes.newHandle();
    for (int i = 0; i < 20; i++) {
      read(handle, handle.guess());
    }
    sizes.waits(64 << 20);
    assertThat(handle.guess()).isEqualTo(512 << 10);
    sizes.waits(1);
    assertThat(handle.guess()).isEqualTo(8 << 10);
    sizes.waits(-1);
    assertThat(handle.guess()).isEqualTo(512 << 10);
  }

  @Test
  void guess_ofAChannelThatWasGivenOtherSizes_isSmall() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setRecvByteBufAllocator(sizes);
    ExtendedHandle handle = sizes.newHandle();
    for (int i = 0; i < 20; i++) {
      read(handle, handle.guess());
    }
    handle.reset(channel.config());
    assertThat(handle.guess()).isEqualTo(512 << 10);
    channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator());
    handle.reset(channel.config());
    assertThat(handle.guess()).isEqualTo(16 << 10);
    assertThat(channel.finishAndReleaseAll()).isFalse();
  }

  private static void read(ExtendedHandle handle, int bytes) {
    handle.attemptedBytesRead(handle.guess());
    handle.lastBytesRead(bytes);
  }
}
