package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;

/** Any bytes, under the numbers of any class: what a stranger puts into a map. */
final class StrangeRecord implements IdentifiedDataSerializable {
  /** Of a class that no node has. */
  static final StrangeRecord UNKNOWN = new StrangeRecord(999, 1, new byte[] {1, 2, 3});

  private final int factory;
  private final int number;
  private final byte[] bytes;

  StrangeRecord(int factory, int number, byte[] bytes) {
    this.factory = factory;
    this.number = number;
    this.bytes = bytes;
  }

  @Override
  public int getFactoryId() {
    return factory;
  }

  @Override
  public int getClassId() {
    return number;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.write(bytes);
  }

  @Override
  public void readData(ObjectDataInput in) {
    throw new UnsupportedOperationException("it is only written");
  }

  @Override
  public String toString() {
    return bytes.length + " bytes of class " + number + " of factory " + factory;
  }
}
