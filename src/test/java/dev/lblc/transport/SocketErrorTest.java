package dev.lblc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketErrorTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:1 | Connection refused: /127.0.0.1:1
          bind(..) failed with error(-98): Address already in use | Address already in use
          connect(..) failed: No route to host | No route to host
          answered 503 | answered 503
          """)
  void words_ofANativeTransport_leaveOutTheSystemCall(String message, String words) {
    assertThat(SocketError.words(message)).isEqualTo(words);
  }
}
