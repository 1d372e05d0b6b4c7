package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Carries {@link CountReport}s over the event bus.
 *
 * <p>Vert.x decodes a message when its consumer asks for the body: what this throws reaches the consumer and no one else.
 */
final class CountReportCodec implements MessageCodec<CountReport, CountReport> {
  static final String NAME = "lblc.counts";

  @Override
  public void encodeToWire(Buffer buffer, CountReport report) {
    report.writeTo(buffer);
  }

  @Override
  public CountReport decodeFromWire(int position, Buffer buffer) {
    return CountReport.readFrom(buffer, position);
  }

  @Override
  public CountReport transform(CountReport report) {
    return report;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
