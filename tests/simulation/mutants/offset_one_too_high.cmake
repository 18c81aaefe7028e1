# The offset that is committed is one too high: a record is skipped after a restart.
set(file daemon/kafka/group_reader.cc)
set(from [==[moved.push_back({where, position.next, ]==])
set(to [==[moved.push_back({where, position.next + 1, ]==])
